import { UnsupportedOperatorError, type WhylightError } from '../../shared/errors';

/** A failure in one line, with the option that helps where there is one. */
export function sentenceFor(error: WhylightError): string {
  if (!(error instanceof UnsupportedOperatorError) || error.cut === null) return error.message;
  return `${error.message} To explain the value “${error.cut}” in front of it, add --logits ${shellWord(error.cut)}.`;
}

/** As a POSIX shell reads it back. */
function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
