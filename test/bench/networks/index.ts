import { convnextT } from './convnextT';
import { efficientnetB0 } from './efficientnetB0';
import { mobilenetV2 } from './mobilenetV2';
import type { Exporter } from './networkBuilder';
import { resnet50 } from './resnet50';
import { vitS16 } from './vitS16';

export interface Network {
  readonly id: string;
  readonly name: string;
  /** The bytes of an ONNX file: input `input` [batch, 3, 224, 224], output `logits` [batch, 1000]. */
  readonly build: (exporter: Exporter) => Uint8Array;
}

/** Networks of today's families with seeded random weights, scaled so that activations neither vanish nor explode. */
export const networks: readonly Network[] = [
  { id: 'mobilenet-v2', name: 'MobileNetV2', build: mobilenetV2 },
  { id: 'resnet50', name: 'ResNet-50', build: resnet50 },
  { id: 'efficientnet-b0', name: 'EfficientNet-B0', build: efficientnetB0 },
  { id: 'vit-s16', name: 'ViT-S/16', build: vitS16 },
  { id: 'convnext-t', name: 'ConvNeXt-T', build: convnextT },
];
