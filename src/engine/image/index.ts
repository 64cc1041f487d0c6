export { type DecodedImage, decodeImage } from './decode';
export { displayPicture } from './displayPicture';
export { type Layout, type Preprocessed, preprocess } from './preprocess';
export { type InputSize, type NamedPreset, namedPresets, plausiblePresets, presetPreprocessing } from './presets';
export { findLabels } from './findLabels';
export { findPreprocessing, type PreprocessingFinding } from './findPreprocessing';
export { usualSide } from './presets';
export { readCheckpointNotes, writeCheckpointNotes } from './whylightJson';
