import type { Translate } from '../host/translate';

/** System error → why a place cannot be written to. VS Code gives those that it has no code of its own for in the message. */
const reasons: readonly [pattern: RegExp, words: (t: Translate) => string][] = [
  [/\bEROFS\b|read-?only/i, (t) => t('it is read-only')],
  [/\b(ENOSPC|EDQUOT)\b|no space left|quota/i, (t) => t('its disk is full')],
  [/\b(EACCES|EPERM)\b|NoPermissions/i, (t) => t('you have no permission to write there')],
  [/\bENOTDIR\b|FileNotADirectory|FileExists/i, (t) => t('a file with the name of the folder is in the way')],
  [/\b(EIO|ENODEV|ENXIO|ESTALE|EHOSTDOWN|ETIMEDOUT)\b|Unavailable/i, (t) => t('its disk does not answer')],
  [/\b(ENAMETOOLONG|EINVAL)\b/i, (t) => t('its disk does not take such names')],
];

/** Why a place cannot be written to, in words that follow “because”; undefined for an error that another place would not mend. */
export function whyUnwritable(error: unknown, t: Translate): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  const text = `${typeof code === 'string' ? code : ''} ${error.message}`;
  return reasons.find(([pattern]) => pattern.test(text))?.[1](t);
}
