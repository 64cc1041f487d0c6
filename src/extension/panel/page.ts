/** What the page's skeleton needs; urls are those that the webview may load. */
export interface PageParts {
  readonly nonce: string;
  /** The source that stands for the extension's own files in a content security policy. */
  readonly cspSource: string;
  readonly scriptUrl: string;
  /** BCP 47 tag of VS Code's display language. */
  readonly language: string;
  readonly title: string;
}

/**
 * The page before its script runs. The policy allows our one script (by nonce), styles of the extension and those made by the
 * script, and images that the script makes; nothing from the network, no frames, no forms, no inline handlers.
 */
export function renderPage({ nonce, cspSource, scriptUrl, language, title }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `img-src ${cspSource} data: blob:`,
    `font-src ${cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
</head>
<body>
<script nonce="${escapeHtml(nonce)}" src="${escapeHtml(scriptUrl)}"></script>
</body>
</html>
`;
}

/** Makes text safe inside an element and inside a quoted attribute. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
