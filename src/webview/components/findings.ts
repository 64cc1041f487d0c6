import { html, type TemplateResult } from 'lit';
import { type Finding, type Severity, severities } from '../../shared/results/health';
import type { Controller } from '../controller';
import { button } from '../controls/button';
import type { Words } from '../view/words';
import { type NoticeKind, notice } from './notice';

const kinds: Readonly<Record<Severity, NoticeKind>> = { problem: 'error', warning: 'warning', note: 'info' };

/** What the passes through the model showed of its health: a box for each severity; the gravest one leads to the whole check. */
export function findingsNotices(findings: readonly Finding[], words: Words, controller: Controller): TemplateResult[] {
  const present = severities.filter((severity) => findings.some((finding) => finding.severity === severity));
  return present.map((severity, i) =>
    notice(
      kinds[severity],
      html`<ul class="notes" aria-label=${words(`findings.${severity}`)} data-testid="findings">
        ${findings.filter((finding) => finding.severity === severity).map(({ sentence }) => html`<li>${sentence}</li>`)}
      </ul>`,
      i > 0
        ? {}
        : {
            actions: button({
              label: words('action.checkHealth'),
              action: 'check-health',
              tip: words('action.checkHealthTip'),
              onClick: () => controller.checkHealth(),
            }),
          },
    ),
  );
}
