import { expect, it } from 'vitest';
import { watchedFiles } from './watchedFiles';

const image = { scheme: 'file', fsPath: '/photos/cat.png' };

it('watches the checkpoint, its notes and the image, before the engine has said what else it reads', () => {
  expect(watchedFiles('/nets/a.onnx', image)).toEqual(['/nets/a.onnx', '/nets/whylight.json', '/photos/cat.png']);
  expect(watchedFiles('/nets/a.onnx', { ...image, scheme: 'git' })).not.toContain('/photos/cat.png');
});

it('watches every file of the checkpoint and those beside it, each once', () => {
  const read = ['/nets/a.onnx', '/nets/weights/a.bin', '/nets/whylight.json', '/nets/labels.txt'];
  expect(watchedFiles('/nets/a.onnx', image, read)).toEqual([
    '/nets/a.onnx',
    '/nets/whylight.json',
    '/nets/weights/a.bin',
    '/nets/labels.txt',
    '/photos/cat.png',
  ]);
});
