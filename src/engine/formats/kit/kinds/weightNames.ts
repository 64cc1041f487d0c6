/** What a list of weights is of, by the names that the usual libraries give them. */
import { familyOf } from './families';

export interface WeightsFinding {
  /** To follow “a safetensors file with …”, such as `a language model's weights`. */
  readonly what: string;
  readonly way: string;
}

interface Rule {
  readonly what: string;
  readonly way: string;
  readonly pattern: RegExp;
  /** Share of the names that have to fit; one name is enough when absent. */
  readonly share?: number;
}

const image = 'explain a model that takes an image and gives classes';

const rules: readonly Rule[] = [
  {
    what: 'the weights of an adapter (LoRA), which change another model and are none',
    way: 'merge the adapter into its base model and export that to ONNX',
    pattern: /lora_[AB]\b|lora_(?:down|up)\b|lora\.(?:up|down)|hada_w[12]|lokr_w|\.dora_scale|adapter_(?:down|up)/,
  },
  {
    what: 'the state of an optimizer, without a network’s weights',
    way: 'choose the file with the weights beside it',
    pattern: /exp_avg(?:_sq)?\b|momentum_buffer|^optimizer\.|^state\.\d+\.|max_exp_avg/,
    share: 0.6,
  },
  {
    what: 'the U-Net or transformer of an image generator (diffusion)',
    way: image,
    pattern:
      /(?:^|\.)model\.diffusion_model\.|^(?:down|up|mid)_blocks?\.|^(?:double|single)_blocks\.\d|^transformer_blocks\.\d/,
    share: 0.2,
  },
  {
    what: 'the autoencoder (VAE) of an image generator',
    way: image,
    pattern:
      /(?:^|\.)(?:first_stage_model|encoder\.down_blocks|decoder\.up_blocks|encoder\.down\.\d|decoder\.up\.\d)|^(?:post_)?quant_conv\./,
  },
  {
    what: 'a language model',
    way: image,
    pattern:
      /(?:^|\.)(?:embed_tokens|lm_head|wte|tok_embeddings|word_embeddings|shared)\.weight$|^(?:bert|roberta|gpt_neox|distilbert|albert|transformer\.h\.\d|encoder\.block\.\d)/,
  },
  {
    what: 'a text encoder',
    way: image,
    pattern: /(?:^|\.)text_model\.|token_embedding\.weight$|(?:^|\.)text_projection/,
  },
  {
    what: 'an audio model',
    way: image,
    pattern: /(?:^|\.)(?:wav2vec2|hubert|feature_extractor\.conv_layers)\b/,
  },
];

/** A vision tower beside text is a model that sees images. */
const seesImages = /vision_model\.|visual\.|patch_embed|pixel/;

/** What weights with these names are of, when that is nothing that could be explained; null for any other network. */
export function strangeWeights(names: readonly string[]): WeightsFinding | null {
  const looked = names.slice(0, 20_000);
  const found = rules.find(({ pattern, share = 0 }) => {
    const count = looked.filter((name) => pattern.test(name)).length;
    return count > 0 && count >= share * looked.length;
  });
  if (found) return found;
  if (looked.length <= 2 && looked.some((name) => /emb|string_to_param|clip_[lg]|vector/i.test(name))) {
    return { what: 'an embedding (numbers for words or images), not a network', way: image };
  }
  return null;
}

/** As a clause: `161 tensors without a program, such as “conv1.weight” (64×3×7×7); by their names a ResNet (guessed)`. */
export function weightsInWords(
  tensors: readonly { readonly name: string; readonly dims: readonly number[] }[],
): string {
  const names = tensors.map(({ name }) => name);
  const example =
    tensors.find(({ dims }) => dims.length === 4) ?? tensors.find(({ dims }) => dims.length > 1) ?? tensors[0];
  const shown = example && `, such as “${example.name}” (${example.dims.join('×') || 'one number'})`;
  const family = familyOf(names);
  const guess = family === null ? '' : `; by their names a ${family} (guessed)`;
  const count = `${tensors.length} tensor${tensors.length === 1 ? '' : 's'} without a program`;
  return `${count}${shown ?? ''}${guess}`;
}

export function isVision(names: readonly string[]): boolean {
  return names.some((name) => seesImages.test(name));
}
