export { type DecodedImage, decodeImage } from './decode';
export { displayPicture } from './displayPicture';
export { type FoundLabels, findLabels, type LabelSearch } from './findLabels';
export { findPreprocessing, type PreprocessingFinding, type PreprocessingSearch } from './findPreprocessing';
export { namesBeside } from './namesBeside';
export { type Layout, type Preprocessed, preprocess } from './preprocess';
export {
  type InputSize,
  type NamedPreset,
  namedPresets,
  plausiblePresets,
  presetPreprocessing,
  usualSide,
} from './presets';
export { type Pixels, resample, type Window } from './resample';
export { type PreprocessingSpec, resolvePreprocessing } from './resolvePreprocessing';
export { type NotesBeside, readCheckpointNotes, whylightPath, writeCheckpointNotes } from './whylightJson';
export { checkPreprocessingSpec, checkWhylightFile } from './whylightNotes';
