import { FileSystemError, Uri, workspace } from 'vscode';

/**
 * The sizes and times of files as one text, see `Stamps`. Of a file that is not there or cannot be looked at it says so: why matters to the one
 * who reads it.
 */
export async function fileStamp(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map(async (file) => {
      try {
        const { size, mtime } = await workspace.fs.stat(uriOf(file));
        return `${size} ${mtime}`;
      } catch (error) {
        if (error instanceof FileSystemError) return error.code;
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
