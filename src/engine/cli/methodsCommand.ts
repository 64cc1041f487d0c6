import type { MethodInfo } from '../../shared/results/attribution';
import { table } from './table';

/** The methods with their parameters and presets, as text for a terminal. */
export function describeMethods(methods: readonly MethodInfo[]): string {
  return methods
    .map((info) =>
      [
        `${info.id}: ${info.title} (${info.family}, ${info.cost})`,
        `  ${info.description}`,
        `  ${info.formula}`,
        `  ${info.source.paper}, ${info.source.url}`,
        table(
          info.parameters.map((each) => [
            `${info.id}.${each.name}=${each.default}`,
            each.choices ? each.choices.map((choice) => choice.value).join('|') : each.type,
            each.description,
          ]),
          '    ',
        ),
        ...(info.presets.length > 0
          ? [
              table(
                info.presets.map((each) => [`preset ${each.name}`, each.description]),
                '    ',
              ),
            ]
          : []),
      ].join('\n'),
    )
    .join('\n\n');
}
