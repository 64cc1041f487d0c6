import { kerasH5 } from './keras/keras2';
import { keras } from './keras/keras3';
import { onnx, onnxExternal } from './onnx';
import { exported } from './pytorch/exported';
import { torchscript } from './pytorch/torchscript';
import { frozen, savedModel, tf1 } from './tensorflow';
import { tfjsGraph, tfjsLayers, tfjsUint8 } from './tensorflow/tfjs';
import { tflite, tfliteHalf } from './tflite';
import type { Writer } from './writer';

/** One for each format; the others are compared with the first. */
export const writers: readonly Writer[] = [
  onnx,
  onnxExternal,
  tf1,
  frozen,
  savedModel,
  kerasH5,
  keras,
  tfjsGraph,
  tfjsLayers,
  tfjsUint8,
  tflite,
  tfliteHalf,
  exported,
  torchscript,
];
