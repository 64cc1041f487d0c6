// The package lists only its own wrapper, which holds one library for all files; here each file has one of its own (see instance.ts).
export { default as load } from '../../../../../node_modules/h5wasm/dist/esm/hdf5_util.js';
