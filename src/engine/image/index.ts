export { type DecodedImage, decodeImage } from './decode';
export { displayPicture } from './displayPicture';
export { type Layout, type Preprocessed, preprocess } from './preprocess';
export { type InputSize, type NamedPreset, namedPresets, plausiblePresets, presetPreprocessing } from './presets';
