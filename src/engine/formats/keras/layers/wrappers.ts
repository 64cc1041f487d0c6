/** Layers around another layer. */
import { isJsonObject, own } from '../../kit/json/json';
import { readLayer } from '../config/layerLists';
import { type LayerConfig, TensorReference } from '../config/model';
import { refuse } from '../config/settings';
import { LayerCall } from '../network/layerCall';
import { type Description, describe, type LayerRule, type LayerRules, variable } from '../network/rule';

/** The layer inside. */
function inner({ config }: LayerConfig, version: number): LayerConfig {
  const layer = own(config, 'layer');
  if (!isJsonObject(layer)) refuse('wraps nothing');
  const read = readLayer(layer, { name: 'The checkpoint', version }, []);
  return read.model ? refuse('wraps a whole model') : read;
}

function innerRule(layer: LayerConfig, { ruleOf }: Pick<Description, 'ruleOf'>): LayerRule {
  return ruleOf(layer) ?? refuse(`wraps a ${layer.className}, which has no rule here`);
}

const innerVariables = (d: Description) => {
  const layer = inner(d.layer, d.version);
  const list = innerRule(layer, d).variables?.(describe(layer, d.version, d.ruleOf)) ?? [];
  return list.map((each) => ({ ...each, attributes: ['layer', ...each.attributes] }));
};

/** Writes the layer inside, of another value. */
function innerCall(c: LayerCall, x: string, output: string): void {
  const { state } = c.site;
  const layer = inner(state.layer, state.version);
  const rule = innerRule(layer, c.site);
  const reference = new TensorReference('', 0, 0);
  const call = new LayerCall({
    ...c.site,
    state: { ...state, layer },
    args: [reference],
    kwargs: new Map(),
    outputs: [output],
    valueBehind: () => x,
  });
  rule.write(call);
  call.settle();
}

export const wrappers: LayerRules = {
  TimeDistributed: {
    about: 'a layer for each step',
    variables: innerVariables,
    write: (c) => {
      const [, steps, ...rest] = c.dims(c.x);
      if (steps === undefined || rest.length === 0) refuse('has no steps');
      const each = c.emit('Reshape', [c.x, c.w.ints(-1, ...rest)]);
      const made = c.site.fresh(`${c.output}/each`);
      innerCall(c, each, made);
      const [, ...lengths] = c.dims(made);
      c.emit('Reshape', [made, c.w.ints(-1, steps as number, ...lengths)], {}, c.output);
    },
  },

  SpectralNormalization: {
    about: 'the layer inside, whose kernel is normalised in training',
    variables: (d) => [...innerVariables(d), variable('vector_u', null, { trainable: false })],
    write: (c) => innerCall(c, c.x, c.output),
  },
};
