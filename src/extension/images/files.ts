import { FileSystemError, type Uri, workspace } from 'vscode';

/** True when there is a file or folder; a failure other than its absence is thrown. */
export async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}
