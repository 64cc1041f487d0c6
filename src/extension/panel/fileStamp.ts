import { FileSystemError, Uri, workspace } from 'vscode';

/** The sizes and times of files as one text, see `Stamps`. Of a file that is not there it says so; other failures are thrown. */
export async function fileStamp(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map(async (file) => {
      try {
        const { size, mtime } = await workspace.fs.stat(uriOf(file));
        return `${size} ${mtime}`;
      } catch (error) {
        if (error instanceof FileSystemError && error.code === 'FileNotFound') return 'none';
        throw error;
      }
    }),
  );
  return stamps.join('|');
}

/** A Uri has a scheme of at least two letters; a path may begin with the letter of a drive. */
function uriOf(file: string): Uri {
  return /^[a-z][a-z\d+.-]+:\/\//i.test(file) ? Uri.parse(file) : Uri.file(file);
}
