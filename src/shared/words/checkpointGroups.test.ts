import { expect, it } from 'vitest';
import { checkpointTitle, groupCheckpoints, withoutParts } from './checkpointGroups';

it('lists a checkpoint of several files once, and a folder without what lies in it', () => {
  const trio = ['/t/m.ckpt-9.meta', '/t/m.ckpt-9.index', '/t/m.ckpt-9.data-00000-of-00001'];
  expect(withoutParts(trio, new Set())).toEqual(['/t/m.ckpt-9.meta']);
  expect(withoutParts(trio.slice(1), new Set())).toEqual(['/t/m.ckpt-9.index']);
  expect(withoutParts(['/s/1', '/s/1/fingerprint.pb', '/s/1/variables/variables.index'], new Set(['/s/1']))).toEqual([
    '/s/1',
  ]);
  expect(checkpointTitle('/t/m.ckpt-9.meta')).toBe('m.ckpt-9');
  expect(checkpointTitle('C:\\t\\a.onnx')).toBe('a.onnx');
});

it('puts the states of a training newest first, those named best or last in front', () => {
  const names = ['early_e02', 'last', 'e10', 'middle_e05', 'best', 'notes'];
  expect(groupCheckpoints(names.map((name) => `/runs/${name}.onnx`))).toEqual([
    {
      folder: '/runs',
      training: true,
      paths: ['best', 'last', 'e10', 'middle_e05', 'early_e02', 'notes'].map((name) => `/runs/${name}.onnx`),
    },
  ]);
});

it('keeps folders apart, in the order in which they come, and others by name', () => {
  const groups = groupCheckpoints(['/b/n10.onnx', '/a/x_e1.pt2', '/b/n9.onnx']);
  expect(groups).toEqual([
    { folder: '/b', training: false, paths: ['/b/n9.onnx', '/b/n10.onnx'] },
    { folder: '/a', training: false, paths: ['/a/x_e1.pt2'] },
  ]);
});

it('takes one state in several formats for no training', () => {
  const paths = ['/f/last_e08.keras', '/f/last_e08.onnx', '/f/last_e08.pt2'];
  expect(groupCheckpoints(paths)).toEqual([{ folder: '/f', training: false, paths }]);
});
