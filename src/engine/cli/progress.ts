import { escapeControls } from '../../shared/words/plainText';

/** One status line on a terminal, rewritten in place; silent where standard error is not a terminal. */
export class Progress {
  private shown = false;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  show(text: string): void {
    if (!this.stream.isTTY) return;
    const width = this.stream.columns || 80;
    const plain = escapeControls(text);
    this.stream.write(`\r\x1b[2K${plain.length < width ? plain : `${plain.slice(0, width - 2)}…`}`);
    this.shown = true;
  }

  clear(): void {
    if (this.shown) this.stream.write('\r\x1b[2K');
    this.shown = false;
  }
}
