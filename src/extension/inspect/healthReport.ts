import type { ArrayHealth, Finding, HealthReport, LayerHealth } from '../../shared/results/health';
import { logBar } from '../../shared/words/logBar';
import { formatValue, percent } from '../../shared/words/summary';
import type { Translate } from '../host/translate';
import { code, table, text } from './markdown';

/** A health check as sections of Markdown: findings, output, and a row for each layer. */
export function healthSections(report: HealthReport, t: Translate): [title: string, ...body: string[]][] {
  const { target } = report.output;
  const name = target.label === null ? t('class {0}', target.index) : `${target.label} (${target.index})`;
  return [
    [
      t('Health check'),
      t(
        'Activations of every layer for {0}, and the gradient of the logit of {1} with respect to them.',
        `**${text(report.image)}**`,
        `**${text(name)}**`,
      ),
      '',
      ...findingList(report.findings, t),
    ],
    [t('Output and cost'), ...table([t('Property'), t('Value')], facts(report, t))],
    [
      t('Activations and gradients'),
      ...table(
        heads(t),
        [row(report.input), ...report.layers.map(row)],
        ['', '', '', ...new Array<'right'>(6).fill('right'), '', 'right'],
      ),
      '',
      t(
        'Gradient: L2 norm; the bar is logarithmic, one cell for each power of ten below the largest norm. Dead units: channels that the activation keeps at its floor (0 for ReLU) or ceiling at every position of the image.',
      ),
    ],
  ];
}

function findingList(findings: readonly Finding[], t: Translate): string[] {
  const words = { problem: t('Problem'), warning: t('Warning'), note: t('Note') } as const;
  if (findings.length === 0) return [t('Nothing unusual was found.')];
  return findings.map(({ severity, sentence }) => `- **${words[severity]}:** ${text(sentence)}`);
}

function facts({ answer, output, weights, cost }: HealthReport, t: Translate): string[][] {
  const { target, logits, margin } = output;
  return [
    [t('Probability'), percent(target.probability)],
    [t('Logits'), withBroken(t('{0} to {1}', formatValue(logits.min), formatValue(logits.max)), logits)],
    ...(margin === null ? [] : [[t('Two largest logits'), t('{0} apart', formatValue(margin))]]),
    ...(answer ? [[t('Answer'), text(answer.why)]] : []),
    [
      t('Weights'),
      t('{0}, of them {1} NaN and {2} infinite', weights.count.toLocaleString('en'), weights.nan, weights.infinite),
    ],
    [
      t('Cost'),
      t(
        '{0} passes, {1} s, at most {2} MiB of values at once',
        cost.passes,
        cost.seconds.toFixed(2),
        (cost.peakBytes / 2 ** 20).toFixed(1),
      ),
    ],
  ];
}

function heads(t: Translate): string[] {
  return [
    t('Layer'),
    t('Operator'),
    t('Shape'),
    t('Min'),
    t('Max'),
    t('Mean'),
    t('Zero'),
    t('Dead units'),
    t('Gradient'),
    '',
    t('Zero gradient'),
  ];
}

/** The number, and beside it what is not one. */
function withBroken(number: string, { nan, infinite }: ArrayHealth): string {
  const broken = [nan > 0 ? `${nan} NaN` : '', infinite > 0 ? `${infinite} ∞` : ''].filter(Boolean).join(', ');
  return broken === '' ? number : `${number} **(${broken})**`;
}

/** With spaces that do not end a line. */
const unbroken = (cell: string): string => cell.replaceAll(' ', '\u00a0');

function row({ name, operator, shape, activation, units, gradient, relativeGradient }: LayerHealth): string[] {
  return [
    code(name),
    code(operator),
    unbroken(shape.join(' × ')),
    formatValue(activation.min),
    withBroken(formatValue(activation.max), activation),
    formatValue(activation.mean),
    unbroken(percent(activation.zero)),
    units === null ? '' : unbroken(`${units.dead + units.stuck} / ${units.count}`),
    gradient === null ? '–' : withBroken(formatValue(gradient.norm), gradient),
    relativeGradient === null ? '' : logBar(relativeGradient),
    gradient === null ? '' : unbroken(percent(gradient.zero)),
  ];
}
