export { type EncodeDependencies, encodeFiles } from './encodeFiles';
export { writeFiles } from './writeFiles';
