import type { ModelSummary } from '../../shared/protocol/protocol';
import type { HealthReport } from '../../shared/results/health';
import type { Translate } from '../host/translate';
import { healthSections } from './healthReport';
import { code, table, text } from './markdown';

const shownLabels = 20;

/** A checkpoint's description as Markdown, for reading; with a health check, that comes first. */
export function modelReport(model: ModelSummary, t: Translate, health?: HealthReport): string {
  const name = model.path.replace(/^.*[/\\]/, '');
  const lines: string[] = [`# ${text(name)}`, ''];
  const section = (title: string, ...body: string[]) => {
    if (body.length > 0) lines.push(`## ${title}`, '', ...body, '');
  };
  if (model.unsupported.length > 0) {
    section(
      t('Not supported'),
      ...table(
        [t('Operator'), t('Node'), t('Reason')],
        model.unsupported.map(({ operator, node, reason }) => [code(operator), code(node), text(reason)]),
      ),
    );
  }
  for (const [title, ...body] of health ? healthSections(health, t) : []) section(title, ...body);
  section(
    t('Overview'),
    ...table(
      [t('Property'), t('Value')],
      [
        [t('File'), code(model.path)],
        [t('Format'), text(model.format)],
        [t('Producer'), text(model.producer)],
        [t('Size'), t('{0} MiB', (model.bytes / 2 ** 20).toFixed(2))],
        ...(model.files.length > 1 ? [[t('Files'), model.files.map(({ name: file }) => code(file)).join(', ')]] : []),
        [t('Weights'), model.parameters.toLocaleString('en')],
        ['SHA-256', code(model.sha256)],
        [
          t('Logits'),
          model.logits === null
            ? t('not found')
            : `${code(model.logits.name)}, ${t('{0} classes', model.logits.classes)}: ${text(model.logits.how)}`,
        ],
        [
          t('Default layer'),
          model.defaultLayer === null ? t('none') : `${code(model.defaultLayer.name)}: ${text(model.defaultLayer.why)}`,
        ],
        ...(model.channelsLast === null ? [] : [[t('Axes'), axes(model.channelsLast, t)]]),
      ],
    ),
  );
  section(t('Notes'), ...model.notes.map((note) => `- ${text(note)}`));
  section(t('Inputs and outputs'), ...valueTable(model, t));
  section(t('Preprocessing'), ...preprocessing(model, t));
  section(t('Labels'), ...labels(model, t));
  section(
    t('Operators'),
    ...table(
      [t('Operator'), t('Nodes')],
      Object.entries(model.operators)
        .sort(([left, a], [right, b]) => b - a || left.localeCompare(right, 'en'))
        .map(([operator, count]) => [code(operator), String(count)]),
    ),
  );
  section(
    t('Layers'),
    ...table(
      [t('Layer'), t('Operator'), t('Shape'), t('Class activation maps')],
      model.layers.map(({ name: layer, operator, shape, spatial }) => [
        code(layer),
        code(operator),
        shape.join(' × '),
        spatial ? t('yes') : t('no'),
      ]),
    ),
  );
  return `${lines.join('\n').trimEnd()}\n`;
}

function valueTable(model: ModelSummary, t: Translate): string[] {
  const rows = (kind: string, values: ModelSummary['inputs']) =>
    values.map(({ name, dtype, shape }) => [kind, code(name), text(dtype), text(shape.join(' × '))]);
  return table(
    [t('Kind'), t('Name'), t('Type'), t('Shape')],
    [...rows(t('input'), model.inputs), ...rows(t('output'), model.outputs)],
  );
}

function preprocessing({ preprocessing: found }: ModelSummary, t: Translate): string[] {
  if (found === null) return [t('None was found.')];
  const { preset, width, height, resize, interpolation, channelOrder, scale, mean, std } = found.preprocessing;
  const numbers = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(6))).join(', ');
  return [
    `${text(found.how)}${found.guessed ? ` **${t('This is a guess.')}**` : ''}`,
    '',
    ...table(
      [t('Property'), t('Value')],
      [
        [t('Preset'), code(preset)],
        [t('Size'), `${width} × ${height}`],
        [t('Resize'), `${code(resize)}, ${code(interpolation)}`],
        [t('Channels'), code(channelOrder)],
        [t('Scale'), String(scale)],
        [t('Mean'), numbers(mean)],
        [t('Standard deviation'), numbers(std)],
      ],
    ),
  ];
}

function labels({ labels: found }: ModelSummary, t: Translate): string[] {
  if (found === null) return [t('None were found.')];
  const names = found.names.slice(0, shownLabels).map(text).join(', ');
  const more = found.count > shownLabels ? ` ${t('and {0} more', found.count - shownLabels)}` : '';
  return [`${t('{0} labels', found.count)}: ${text(found.how)}`, '', `${names}${more}`];
}

function axes({ transposes, unmoved }: NonNullable<ModelSummary['channelsLast']>, t: Translate): string {
  return t('N×H×W×C, moved to N×C×H×W: {0} of {1} Transposes left', transposes, unmoved);
}
