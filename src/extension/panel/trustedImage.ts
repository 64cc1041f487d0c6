import { Uri } from 'vscode';
import type { ImageSource } from '../../shared/question/question';
import { assertTrusted } from '../host/trust';
import { imageSource } from '../images/imageSource';

/** Nothing of a workspace that is not trusted reaches the engine. */
export async function trustedImage(uri: string): Promise<ImageSource> {
  assertTrusted();
  return imageSource(Uri.parse(uri));
}
