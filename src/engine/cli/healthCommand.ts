import { basename, resolve } from 'node:path';
import type { ImageSource } from '../../shared/question/question';
import type { ArrayHealth, HealthReport, LayerHealth } from '../../shared/results/health';
import { logBar } from '../../shared/words/logBar';
import { formatValue, percent } from '../../shared/words/summary';
import type { Engine } from '../service/engine';
import type { HealthArguments } from './arguments';
import { imageOf, readInput } from './inputFile';
import { table } from './table';

/** Runs `whylight inspect --gradients`. */
export async function checkHealth(engine: Engine, args: HealthArguments): Promise<HealthReport> {
  const input = args.input === undefined ? undefined : await readInput(args.input);
  const image: ImageSource =
    args.image !== null || !input
      ? { path: resolve(args.image ?? '') }
      : await imageOf(input, basename(args.input ?? ''));
  return engine.checkHealth({ ...args.question, image }, new AbortController().signal, input);
}

const heads = ['layer', 'operator', 'shape', 'min', 'max', 'mean', 'zero', 'dead units', 'gradient', '', 'zero', ''];
const rightAligned = [3, 4, 5, 6, 7, 8, 10];

function notFinite({ nan, infinite }: ArrayHealth): string {
  return [nan > 0 ? `${nan} NaN` : '', infinite > 0 ? `${infinite} infinite` : ''].filter(Boolean).join(', ');
}

function row({ name, operator, shape, activation, units, gradient, relativeGradient }: LayerHealth): string[] {
  const broken = [notFinite(activation), gradient && notFinite(gradient) ? `gradient ${notFinite(gradient)}` : ''];
  return [
    name,
    operator,
    shape.join('×'),
    formatValue(activation.min),
    formatValue(activation.max),
    formatValue(activation.mean),
    percent(activation.zero),
    units ? `${units.dead + units.stuck}/${units.count}` : '',
    gradient ? formatValue(gradient.norm) : 'none',
    relativeGradient === null ? '' : logBar(relativeGradient, 2),
    gradient ? percent(gradient.zero) : '',
    broken.filter(Boolean).join('; '),
  ];
}

/** A health check as text for a terminal. */
export function describeHealth(report: HealthReport): string {
  const { answer, output, input, layers, weights, findings, cost } = report;
  const { target, logits, margin } = output;
  const name = target.label === null ? `class ${target.index}` : `${target.label} (${target.index})`;
  return [
    `${basename(report.checkpoint)} with ${report.image}: gradient of the logit of ${name}`,
    table(
      [
        ['probability', percent(target.probability)],
        [
          'logits',
          logits.nan + logits.infinite > 0
            ? notFinite(logits)
            : `${formatValue(logits.min)} to ${formatValue(logits.max)}${margin === null ? '' : `, the two largest ${formatValue(margin)} apart`}`,
        ],
        ...(answer ? [['answer', answer.why]] : []),
        ['weights', `${weights.count.toLocaleString('en')}, ${weights.nan} NaN, ${weights.infinite} infinite`],
        [
          'cost',
          `${cost.passes} passes, ${cost.seconds.toFixed(2)} s, at most ${megabytes(cost.peakBytes)} of values at once`,
        ],
      ],
      '  ',
    ),
    '',
    table([heads, row(input), ...layers.map(row)], '', rightAligned),
    '',
    'gradient: L2 norm; the bar is logarithmic, two cells for each power of ten below the largest norm',
    'dead units: channels that the activation keeps at its floor (0 for ReLU) or ceiling at every position',
    '',
    ...(findings.length === 0
      ? ['Nothing unusual was found.']
      : findings.map(({ severity, sentence }) => `${severity}: ${sentence}`)),
  ].join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
}
