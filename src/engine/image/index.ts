export { type DecodedImage, decodeImage, readImage } from './decoding/decode';
export { displayImage } from './decoding/displayImage';
export { architectureBeside } from './findings/architecture';
export { type FoundLabels, findLabels, type LabelSearch } from './findings/findLabels';
export { findPreprocessing, type PreprocessingFinding, type PreprocessingSearch } from './findings/findPreprocessing';
export { namesBeside } from './findings/namesBeside';
export { type LabelFile, readLabels } from './findings/readLabels';
export { type NotesBeside, readCheckpointNotes, whylightPath, writeCheckpointNotes } from './notes/whylightJson';
export { checkPreprocessingSpec, checkWhylightFile } from './notes/whylightNotes';
export { type Preprocessed, preprocess } from './preprocessing/preprocess';
export {
  type InputSize,
  type NamedPreset,
  namedPresets,
  plausiblePresets,
  presetPreprocessing,
  usualSide,
} from './preprocessing/presets';
export { type Pixels, resample, type Window } from './preprocessing/resample';
export { resolvePreprocessing } from './preprocessing/resolvePreprocessing';
