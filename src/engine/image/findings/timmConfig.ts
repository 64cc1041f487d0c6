import { isObject, type JsonObject } from '../notes/beside';
import { channelNumbers, type FoundSpec, imageNet, interpolationOf, lengthOf, type SpecFields } from './foundSpec';

/**
 * The evaluation transform of a timm `config.json`: fields of `pretrained_cfg`, or at the top level in older files. timm scales to 0..1, resizes the shorter side to
 * ⌊size / crop_pct⌋ and cuts out the centre; `crop_mode` "squash" resizes both sides instead. Null when the file is no such config.
 * Source: timm/data/config.py and timm/data/transforms_factory.py of pytorch-image-models.
 */
export function fromTimmConfig(config: unknown, channels: number): FoundSpec | null {
  if (!isObject(config)) return null;
  const fields: JsonObject = isObject(config['pretrained_cfg']) ? config['pretrained_cfg'] : config;
  const size = fields['test_input_size'] ?? fields['input_size'];
  if (!Array.isArray(size) || size.length !== 3) return null;
  const [, height, width] = size.map(lengthOf);
  const mean = channelNumbers(fields['mean'] ?? imageNet.mean, channels);
  const std = channelNumbers(fields['std'] ?? imageNet.std, channels);
  if (!height || !width || !mean || !std) return null;

  const notes: string[] = [];
  const cropShare = fields['test_crop_pct'] ?? fields['crop_pct'];
  const share = typeof cropShare === 'number' && cropShare > 0 && cropShare <= 1 ? cropShare : 0.875;
  const common = {
    width,
    height,
    interpolation: interpolationOf(fields['interpolation'] ?? 'bicubic', notes),
    channelOrder: channels === 1 ? 'grey' : 'rgb',
    scale: 1 / 255,
    mean,
    std,
  } as const;
  const mode = fields['crop_mode'] ?? 'center';
  const squash = mode === 'squash';
  if (squash && share < 1) {
    notes.push(`Its crop of ${share} after squashing cannot be expressed; the whole image is stretched.`);
  }
  if (mode !== 'center' && !squash)
    notes.push(`Its crop mode ${JSON.stringify(mode)} is not known; the centre is used.`);
  const spec: SpecFields = squash
    ? { ...common, resize: 'stretch' }
    : {
        ...common,
        resize: 'shorter-side-and-centre-crop',
        shorterSide: Math.floor(Math.max(width, height) / share),
      };
  return { spec, how: 'pretrained_cfg in config.json beside the checkpoint', notes };
}
