import type { ModelSummary } from '../../shared/protocol/protocol';
import { plainMessage } from '../../shared/words/plainText';
import { table } from './table';

const shape = (dims: readonly (number | string)[]): string => dims.join('×') || 'scalar';

/** A checkpoint's summary as text for a terminal. */
export function describeModel(summary: ModelSummary): string {
  const { logits, preprocessing, labels, channelsLast } = summary;
  const section = (title: string, lines: string): string => `${title}\n${lines || '  none'}`;
  return [
    table([
      ['checkpoint', summary.path],
      ['format', `${summary.format}${summary.producer ? `, written by ${summary.producer}` : ''}`],
      ['size', `${summary.bytes.toLocaleString('en')} bytes, ${summary.parameters.toLocaleString('en')} parameters`],
      ...(summary.files.length > 1
        ? [
            [
              'files',
              summary.files.map(({ name, bytes }) => `${name} (${bytes.toLocaleString('en')} bytes)`).join(', '),
            ],
          ]
        : []),
      ['sha256', summary.sha256],
      ['logits', logits ? `${logits.name}, ${logits.classes} classes: ${logits.how}` : 'not found'],
      [
        'layer',
        summary.defaultLayer ? `${summary.defaultLayer.name}: ${summary.defaultLayer.why}` : 'none with spatial extent',
      ],
      [
        'preprocessing',
        preprocessing
          ? `${preprocessing.preprocessing.preset} at ${preprocessing.preprocessing.width}×${preprocessing.preprocessing.height}, ${preprocessing.how}`
          : 'unknown',
      ],
      ['labels', labels ? `${labels.count}, ${labels.how}` : 'not found'],
      ...(channelsLast
        ? [['axes', `N×H×W×C, moved to N×C×H×W: ${channelsLast.transposes} of ${channelsLast.unmoved} Transposes left`]]
        : []),
    ]),
    section(
      'inputs',
      table(
        summary.inputs.map((each) => [each.name, each.dtype, shape(each.shape)]),
        '  ',
      ),
    ),
    section(
      'outputs',
      table(
        summary.outputs.map((each) => [each.name, each.dtype, shape(each.shape)]),
        '  ',
      ),
    ),
    section(
      'layers',
      table(
        summary.layers.map((each) => [
          each.name,
          each.operator,
          `${shape(each.shape)}${each.spatial ? '' : ' (no spatial extent)'}`,
        ]),
        '  ',
      ),
    ),
    section(
      'operators',
      table(
        Object.entries(summary.operators).map(([operator, count]) => [operator, String(count)]),
        '  ',
      ),
    ),
    ...(summary.unsupported.length > 0
      ? [
          section(
            'unsupported',
            table(
              summary.unsupported.map((each) => [each.operator, each.node, plainMessage(each.reason)]),
              '  ',
            ),
          ),
        ]
      : []),
    ...summary.notes.map((note) => `note: ${note}`),
  ].join('\n');
}
