import { inputOf, intOf, nodeWith, outputOf, type Rewrite } from '../writing/rewrite';

/**
 * Before opset 13 these work on the input flattened to two dimensions before `axis` (default 1). That is the newer operator when
 * `axis` is the last one, or when everything after it has length 1; otherwise the flattening is done by operators of its own.
 */
const flattening: Rewrite = (node, c) => {
  if (c.opset >= 13) return [nodeWith(node, c)];
  const x = inputOf(node, 0, c);
  const dims = c.dims(x);
  const given = intOf(node, 'axis', 1);
  if (given < 0 && !dims) c.fail(`has the axis ${given}, but the rank of its input is not known`);
  const axis = given < 0 ? given + dims!.length : given;
  if (dims && (axis < 0 || axis > dims.length)) c.fail(`has the axis ${given}, but its input has rank ${dims.length}`);
  if (dims && axis < dims.length && dims.slice(axis + 1).every((dim) => dim === 1)) {
    return [nodeWith(node, c, { attributes: { axis } })];
  }
  const y = outputOf(node, c);
  const [flat, normalised, shape] = ['flat', 'normalised', 'shape'].map((part) => c.fresh(`${y}/${part}`)) as [
    string,
    string,
    string,
  ];
  return [
    { op: 'Flatten', name: node.name, inputs: [x], outputs: [flat], attributes: { axis } },
    { op: node.op, name: node.name, inputs: [flat], outputs: [normalised], attributes: { axis: 1 } },
    { op: 'Shape', name: node.name, inputs: [x], outputs: [shape], attributes: {} },
    { op: 'Reshape', name: node.name, inputs: [normalised, shape], outputs: [y], attributes: {} },
  ];
};

export const softmax: Readonly<Record<string, Rewrite>> = {
  Softmax: flattening,
  LogSoftmax: flattening,
  Hardmax: flattening,
};
