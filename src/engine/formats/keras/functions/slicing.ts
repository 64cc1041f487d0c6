/** `x[1:, ..., None, 0]`, as Keras 2 and 3 describe it. */
import { isJsonObject, own } from '../../kit/json/json';
import type { Argument } from '../config/model';
import { plain, TensorReference } from '../config/model';
import { refuse, whole } from '../config/settings';
import type { LayerCall } from '../network/layerCall';
import { operand } from './arguments';

const furthest = 2 ** 31 - 1;

interface Part {
  readonly kind: 'index' | 'slice' | 'new' | 'rest';
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

const part = (kind: Part['kind'], start = 0, stop = furthest, step = 1): Part => ({ kind, start, stop, step });

function readPart(value: Argument | undefined): Part {
  if (value === null || value === undefined) return part('new');
  if (typeof value === 'number') return part('index', whole(value, 'index'));
  if (value instanceof TensorReference) return refuse('slices at computed places');
  const json = plain(value);
  if (!isJsonObject(json)) return refuse('slices with what is no index');
  const className = own(json, 'class_name');
  if (className === '__ellipsis__') return part('rest');
  const stated = className === '__slice__' ? own(json, 'config') : json;
  if (!isJsonObject(stated)) return refuse('slices with what is no index');
  const number = (name: string): number | null => {
    const each = own(stated, name);
    return each === null || each === undefined ? null : whole(each, name);
  };
  const step = number('step') ?? 1;
  if (step === 0) refuse('slices with the step 0');
  const backwards = step < 0;
  return part(
    'slice',
    number('start') ?? (backwards ? furthest : 0),
    number('stop') ?? (backwards ? -furthest : furthest),
    step,
  );
}

export function getItem(c: LayerCall): void {
  const x = operand(c, 0, 'x', 'tensor');
  const key = c.argument(1, 'slice_spec', 'key');
  const parts = (Array.isArray(key) && !isSlice(key) ? (key as readonly Argument[]) : [key]).map(readPart);
  const rank = c.rank(x);
  const taken = parts.filter(({ kind }) => kind === 'index' || kind === 'slice').length;
  const rests = parts.filter(({ kind }) => kind === 'rest').length;
  if (taken > rank || rests > 1) refuse(`slices ${taken} axes of a value with ${rank}`);
  const slices: { readonly axis: number; readonly part: Part }[] = [];
  const removed: number[] = [];
  const added: number[] = [];
  let axis = 0;
  let place = 0;
  for (const each of parts) {
    if (each.kind === 'rest') {
      axis += rank - taken;
      place += rank - taken;
    } else if (each.kind === 'new') {
      added.push(place++);
    } else {
      if (each.kind === 'index') removed.push(axis);
      else place++;
      if (each.kind === 'index' || each.start !== 0 || each.stop !== furthest || each.step !== 1)
        slices.push({ axis, part: each });
      axis++;
    }
  }
  const ends = slices.map(({ part: { kind, start, stop } }) =>
    kind === 'index' ? (start === -1 ? furthest : start + 1) : stop,
  );
  const ints = (values: readonly number[]) => c.w.ints(...values);
  const starts = ints(slices.map(({ part: each }) => each.start));
  const axes = ints(slices.map((each) => each.axis));
  const steps = ints(slices.map(({ part: each }) => each.step));
  const sliced = slices.length > 0 ? c.emit('Slice', [x, starts, ints(ends), axes, steps]) : x;
  const squeezed = removed.length > 0 ? c.emit('Squeeze', [sliced, ints(removed)]) : sliced;
  if (added.length > 0) c.emit('Unsqueeze', [squeezed, ints(added)], {}, c.output);
  else c.give(squeezed);
}

const isSlice = (key: Argument) => isJsonObject(plain(key));
