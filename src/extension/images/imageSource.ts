import { basename } from 'node:path';
import { type Uri, workspace } from 'vscode';
import type { ImageSource } from '../../shared/question/question';

/** An image as the engine gets it: its path, or its bytes where it is not a file on this disk. */
export async function imageSource(image: Uri): Promise<ImageSource> {
  if (image.scheme === 'file') return { path: image.fsPath };
  return { name: basename(image.path), bytes: await workspace.fs.readFile(image) };
}
