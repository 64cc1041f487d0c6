import { dirname } from 'node:path';
import { RelativePattern, Uri, workspace } from 'vscode';
import { DisposableOwner } from '../host/dispose';

/** Long enough for a training loop to finish writing a checkpoint. */
const quietMs = 700;

/** Tells when one of a few files has changed or has come back, after it was left alone for a moment. */
export class FileWatch extends DisposableOwner {
  private timer: NodeJS.Timeout | undefined;
  private mutedUntil = 0;

  constructor(
    private readonly paths: readonly string[],
    onChange: (paths: readonly string[]) => void,
  ) {
    super();
    // As VS Code writes them: with a small drive letter on Windows.
    const wanted = new Set(paths.map((path) => Uri.file(path).fsPath));
    const changes = new Set<string>();
    const changed = (uri: Uri) => {
      if (!wanted.has(uri.fsPath) || Date.now() < this.mutedUntil) return;
      changes.add(uri.fsPath);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        const paths = [...changes];
        changes.clear();
        onChange(paths);
      }, quietMs);
    };
    for (const folder of new Set(paths.map((path) => dirname(path)))) {
      // Names may hold characters that mean something in a glob, so the whole folder is watched.
      const watcher = this.register(
        workspace.createFileSystemWatcher(new RelativePattern(Uri.file(folder), '*'), false, false, true),
      );
      this.register(watcher.onDidChange(changed));
      this.register(watcher.onDidCreate(changed));
    }
  }

  /** True when it watches exactly these files already. */
  watches(paths: readonly string[]): boolean {
    return paths.length === this.paths.length && paths.every((path, index) => path === this.paths[index]);
  }

  /** Overlooks changes for a moment: those that the caller makes itself. */
  mute(): void {
    this.mutedUntil = Date.now() + 2 * quietMs;
  }

  override dispose(): void {
    clearTimeout(this.timer);
    super.dispose();
  }
}
