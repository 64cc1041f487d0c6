import { isObject, type JsonObject } from '../notes/beside';
import { channelNumbers, type FoundSpec, imageNet, interpolationOf, lengthOf, type SpecFields } from './foundSpec';

type Geometry = Pick<SpecFields, 'width' | 'height' | 'resize' | 'shorterSide'>;

function sides(value: unknown): { readonly width?: number; readonly height?: number; readonly shortest?: number } {
  if (Array.isArray(value)) {
    const [height, width = height] = value.map(lengthOf);
    return { width, height };
  }
  if (!isObject(value)) return { shortest: lengthOf(value) };
  return {
    width: lengthOf(value['width']),
    height: lengthOf(value['height']),
    shortest: lengthOf(value['shortest_edge']),
  };
}

const standard = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
const clip = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const;

function typeOf(config: JsonObject): string {
  const type = config['image_processor_type'] ?? config['feature_extractor_type'];
  return typeof type === 'string' ? type : '';
}

/** Mean and std of a processor whose file leaves them out: the defaults of its class. */
function usualValues(type: string): { readonly mean: readonly number[]; readonly std: readonly number[] } {
  if (/^(?:ViT|Beit|DeiT|Siglip|MobileNetV[12]|EfficientNet|Perceiver|ImageGPT)/.test(type)) return standard;
  if (/^(?:CLIP|ChineseCLIP|Bit|Blip|FLAVA)/i.test(type)) return clip;
  return imageNet;
}

/** ConvNext's rule: small sizes are cut out of an image resized to size / crop_pct, sizes from 384 are stretched. */
function croppedByShare(size: number, share: number): Geometry {
  if (size >= 384) return { width: size, height: size, resize: 'stretch' };
  return { width: size, height: size, resize: 'shorter-side-and-centre-crop', shorterSide: Math.floor(size / share) };
}

function geometryOf(config: JsonObject, notes: string[]): Geometry {
  const size = sides(config['size']);
  const share = config['crop_pct'];
  if (typeof share === 'number' && share > 0 && share <= 1 && size.shortest)
    return croppedByShare(size.shortest, share);
  const square = (side: number | undefined) => ({ width: side, height: side });
  if (config['do_center_crop'] === true) {
    const crop = sides(config['crop_size'] ?? config['size']);
    const target = crop.width && crop.height ? { width: crop.width, height: crop.height } : square(crop.shortest);
    if (size.shortest) return { ...target, resize: 'shorter-side-and-centre-crop', shorterSide: size.shortest };
    if (size.width !== target.width || size.height !== target.height) {
      notes.push('Its stretch before the centre crop cannot be expressed; the whole image is stretched.');
    }
    return { ...target, resize: 'stretch' };
  }
  if (size.width && size.height) return { width: size.width, height: size.height, resize: 'stretch' };
  // With `shortest_edge` and no crop the image keeps its proportions, which a model of fixed input cannot take.
  if (isObject(config['size']) && size.shortest) {
    notes.push('It keeps proportions without a crop; the centre square is used.');
    return { ...square(size.shortest), resize: 'shorter-side-and-centre-crop', shorterSide: size.shortest };
  }
  return { ...square(size.shortest), resize: 'stretch' };
}

/**
 * What a Hugging Face `preprocessor_config.json` says (image processors of transformers, with the older feature extractors' whole-number sizes). Null when the
 * file is not one for images.
 * Source: transformers/image_processing_base.py and the processors of ViT, ConvNext, EfficientNet and BiT.
 */
export function fromHuggingFaceConfig(file: unknown, channels: number): FoundSpec | null {
  if (!isObject(file)) return null;
  // Processors of several inputs keep that of images inside.
  const inner = file['image_processor'];
  const config: JsonObject = isObject(inner) ? inner : file;
  const images = [
    'image_mean',
    'do_resize',
    'do_rescale',
    'do_normalize',
    'image_processor_type',
    'feature_extractor_type',
  ];
  if (/audio|whisper|wav2vec|speech/i.test(typeOf(config))) return null;
  const usual = usualValues(typeOf(config));
  if (!images.some((key) => key in config)) return null;
  const notes: string[] = [];
  const normalised = config['do_normalize'] !== false;
  const mean = channelNumbers(normalised ? (config['image_mean'] ?? usual.mean) : 0, channels);
  const std = channelNumbers(normalised ? (config['image_std'] ?? usual.std) : 1, channels);
  if (!mean || !std || std.some((each) => each <= 0)) return null;
  const factor = config['rescale_factor'];
  const scale = config['do_rescale'] === false ? 1 : typeof factor === 'number' && factor !== 0 ? factor : 1 / 255;
  // EfficientNet's processor subtracts 1 after rescaling and before normalising.
  const offset = config['rescale_offset'] === true && config['do_rescale'] !== false ? 1 : 0;
  const spec: SpecFields = {
    ...geometryOf(config, notes),
    interpolation: interpolationOf(config['resample'], notes),
    channelOrder: channels === 1 ? 'grey' : config['do_flip_channel_order'] === true ? 'bgr' : 'rgb',
    scale,
    mean: mean.map((each) => each + offset),
    std,
  };
  return { spec, how: 'preprocessor_config.json beside the checkpoint', notes };
}
