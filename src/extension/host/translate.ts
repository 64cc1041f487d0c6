/** Gives a sentence in the user's language; `{0}`, `{1}` … are filled with the values. `vscode.l10n.t` is one. */
export type Translate = (message: string, ...values: (string | number)[]) => string;

/** Plain English: fills the placeholders only. */
export const english: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (placeholder, index) => String(values[Number(index)] ?? placeholder));
