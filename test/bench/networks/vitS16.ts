import { type Exporter, NetworkBuilder } from './networkBuilder';

const [width, heads, depth, tokens] = [384, 6, 12, 197];

/** Query, key and value out of [3, batch, heads, tokens, width/heads]. */
function unbind(net: NetworkBuilder, value: string): [string, string, string] {
  const take = (index: number) => {
    if (net.exporter === 'torchscript') return net.add('Gather', [value, net.integer(index)], { axis: { i: 0 } });
    const part = net.add('Slice', [value, net.ints([index]), net.ints([index + 1]), net.ints([0])]);
    return net.add('Squeeze', [part, net.ints([0])]);
  };
  return [take(0), take(1), take(2)];
}

function attention(net: NetworkBuilder, x: string): string {
  const size = width / heads;
  const joint = net.reshape(net.linear(x, width, 3 * width, 1.5), [tokens, 3, heads, size]);
  const [q, k, v] = unbind(net, net.transpose(joint, [2, 0, 3, 1, 4]));
  const scaled = net.add('Mul', [q, net.scalar(1 / Math.sqrt(size))]);
  const scores = net.add('MatMul', [scaled, net.transpose(k, [0, 1, 3, 2])]);
  const mixed = net.add('MatMul', [net.add('Softmax', [scores], { axis: { i: -1 } }), v]);
  return net.linear(net.reshape(net.transpose(mixed, [0, 2, 1, 3]), [tokens, width]), width, width);
}

/** ViT-S/16 (Dosovitskiy et al. 2021, Touvron et al. 2021) as timm builds it: 12 blocks of width 384, 22 million weights, 224². */
export function vitS16(exporter: Exporter): Uint8Array {
  const net = new NetworkBuilder(exporter);
  const patches = net.convolution('input', 3, width, { kernel: 16, stride: 16, pad: 0 });
  const rows = net.transpose(net.reshape(patches, [width, tokens - 1]), [0, 2, 1]);
  const batch = net.add(
    'Concat',
    [
      net.add('Slice', [net.add('Shape', ['input']), net.ints([0]), net.ints([1]), net.ints([0])]),
      net.ints([1]),
      net.ints([width]),
    ],
    { axis: { i: 0 } },
  );
  const token = net.add('Expand', [net.weights([1, 1, width], 0.02), batch]);
  const positions = net.weights([1, tokens, width], 0.02);
  let x = net.add('Add', [net.add('Concat', [token, rows], { axis: { i: 1 } }), positions]);
  for (let block = 0; block < depth; block++) {
    x = net.add('Add', [x, attention(net, net.layerNormalization(x, width))]);
    const inner = net.gelu(net.linear(net.layerNormalization(x, width), width, 4 * width));
    x = net.add('Add', [x, net.linear(inner, 4 * width, width)]);
  }
  const normalised = net.layerNormalization(x, width);
  const first = net.add('Gather', [normalised, net.integer(0)], { axis: { i: 1 } });
  return net.finish([3, 224, 224], net.classify(first, width), 1000);
}
