import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { operatorsPage } from '../conformance/operatorsPage';

const page = resolve(import.meta.dirname, '../../docs/operators.md');
const expected = (name: string) =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, `../data/conformance/${name}.json`), 'utf8'));

it('docs/operators.md says what the engine does (npm run docs:operators writes it)', () => {
  const now = operatorsPage([
    { title: 'ONNX 1.12', expected: expected('onnx-1.12') },
    { title: 'ONNX 1.23', expected: expected('onnx-1.23') },
  ]);
  if (process.env['WHYLIGHT_UPDATE'] === '1') writeFileSync(page, now);
  expect(readFileSync(page, 'utf8')).toBe(now);
});
