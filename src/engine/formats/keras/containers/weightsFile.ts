/** The weights in an HDF5 file, in whichever way the version of Keras that wrote it arranged them. */
import { CheckpointError } from '../../../../shared/errors';
import type { Tensor } from '../../../graph/ir/tensor';
import { transposed } from '../../kit/tensors/derivedTensor';
import type { HdfFile, HdfGroup } from '../hdf5/hdf5File';
import { flipped } from '../weights/flipped';
import type { KerasWeights, LayerSlot, Variable } from '../weights/kerasWeights';
import { orderedWeights, type StoredLayer } from '../weights/orderedWeights';
import { pathWeights, type WeightGroup } from '../weights/pathWeights';

/** True for a group that holds weights in order, as Keras 1 and 2 write them. */
export function isOrdered(group: HdfGroup): boolean {
  return group.attributes.has('layer_names') || group.attributes.has('layer_names0');
}

/** True for a group that holds weights by paths, as Keras 3 writes them. */
export function isByPath(group: HdfGroup): boolean {
  return ['layers', '_layer_checkpoint_dependencies', 'vars'].some((name) => group.groups.has(name));
}

/** @throws CheckpointError when a list names what there is not. */
export function weightsOf(file: HdfFile, group: HdfGroup): KerasWeights {
  if (!isOrdered(group)) return pathWeights(groupOf(file, group), file.name);
  const stored = (file.texts(group, 'layer_names') ?? []).map((name) => storedLayer(file, group, name));
  const backend = file.text(group, 'backend');
  const version = Number.parseInt(file.text(group, 'keras_version') ?? '1', 10);
  return orderedWeights(stored, file.name, (slot, variable, tensor) =>
    asTensorFlow(slot, variable, tensor, version, backend === 'theano'),
  );
}

function storedLayer(file: HdfFile, group: HdfGroup, name: string): StoredLayer {
  const lacks = (what: string) => new CheckpointError(`${file.name} is damaged: it lists ${what}, which is not in it.`);
  const layer = descend(group, name.split('/'));
  if (!layer) throw lacks(`the layer “${name}”`);
  const names = file.texts(layer, 'weight_names') ?? [];
  return {
    name,
    weights: names.map((weight) => {
      const parts = weight.split('/');
      const last = parts.pop() as string;
      const path = descend(layer, parts)?.datasets.get(last);
      if (path === undefined) throw lacks(`the weight “${weight}” of the layer “${name}”`);
      return { name: weight, tensor: file.tensor(path) };
    }),
  };
}

function descend(group: HdfGroup, names: readonly string[]): HdfGroup | undefined {
  return names.reduce<HdfGroup | undefined>((at, name) => (name === '' ? at : at?.groups.get(name)), group);
}

function groupOf(file: HdfFile, group: HdfGroup): WeightGroup {
  return {
    layerName: file.text(group, 'name') ?? null,
    groups: new Map([...group.groups].map(([name, inner]) => [name, groupOf(file, inner)])),
    tensor: (name) => {
      const path = group.datasets.get(name);
      return path === undefined ? undefined : file.tensor(path);
    },
  };
}

const convolutions: ReadonlySet<string> = new Set(['Conv2D', 'Conv2DTranspose']);

/** Kernels of Keras 1 may stand as out × in × height × width; those of Theano are turned by 180°. */
function asTensorFlow(slot: LayerSlot, variable: Variable, tensor: Tensor, version: number, theano: boolean): Tensor {
  if (variable.name !== 'kernel' || tensor.dims.length !== 4 || !convolutions.has(slot.className)) return tensor;
  const [height, width, , filters] = variable.dims ?? [];
  const { dims } = tensor;
  const outFirst = version < 2 && dims[0] === filters && dims[2] === height && dims[3] === width;
  const ordered = outFirst ? transposed(tensor, [2, 3, 1, 0]) : tensor;
  return theano ? flipped(ordered) : ordered;
}
