/** Node tests of ONNX 1.23 for operators that are newer than Debian's package, or changed since; see test/data/onnx-node/README.md. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { temporaryFolder } from '../support/folder';
import { testSet } from './testSet';

const archive = resolve(import.meta.dirname, '../data/onnx-node/cases.tar.gz');
const folder = temporaryFolder();

testSet('onnx-1.23', 'ONNX 1.23 node tests of newer operators', () => {
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  return [folder];
});
