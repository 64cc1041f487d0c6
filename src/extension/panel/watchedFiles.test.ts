import { expect, it } from 'vitest';
import type { Prediction } from '../../shared/explanation/events';
import { emptyExplanation } from '../../shared/explanation/explanation';
import type { Question } from '../../shared/question/question';
import { watchedFiles } from './watchedFiles';

const question: Question<string> = {
  checkpoint: '/nets/a.onnx',
  image: 'file:///photos/cat.png',
  target: { kind: 'top1' },
};
const explanation = emptyExplanation(question, []);
const pathOf = (uri: string) => (uri.startsWith('file://') ? uri.slice('file://'.length) : null);

it('watches the checkpoint, its notes and the image, before the engine has said what else it reads', () => {
  expect(watchedFiles(explanation, pathOf)).toEqual(['/nets/a.onnx', '/nets/whylight.json', '/photos/cat.png']);
  const git = emptyExplanation({ ...question, image: 'git:/photos/cat.png' }, []);
  expect(watchedFiles(git, pathOf)).toEqual(['/nets/a.onnx', '/nets/whylight.json']);
});

it('watches every file of the checkpoint and those beside it, each once', () => {
  const dependsOn = ['/nets/a.onnx', '/nets/weights/a.bin', '/nets/whylight.json', '/nets/labels.txt'];
  const answers = [{ question, prediction: { dependsOn } as unknown as Prediction, findings: [] }];
  expect(watchedFiles({ ...explanation, answers }, pathOf)).toEqual([
    '/nets/a.onnx',
    '/nets/whylight.json',
    '/photos/cat.png',
    '/nets/weights/a.bin',
    '/nets/labels.txt',
  ]);
});

it('watches what its comparisons ask about, too', () => {
  const other = { ...question, checkpoint: '/runs/b.onnx', image: 'file:///photos/dog.png' };
  const compared = emptyExplanation(question, [{ key: 'row-1/m', method: 'm', question: other }]);
  expect(watchedFiles(compared, pathOf)).toEqual([
    '/nets/a.onnx',
    '/nets/whylight.json',
    '/photos/cat.png',
    '/runs/b.onnx',
    '/runs/whylight.json',
    '/photos/dog.png',
  ]);
});
