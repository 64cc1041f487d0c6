import type { LayerConfig } from '../config/model';

/** Classes of `keras.applications` that are no layers of `keras.layers`. */
const ownModules = /^(keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras|keras_cv|keras_nlp)(\.|$)/;

/** True for Keras' own classes: a class that someone else has given the same name is another one. */
export function isKnown({ module, registeredName }: LayerConfig): boolean {
  if (module !== '' && !ownModules.test(module)) return false;
  const [prefix, ...rest] = registeredName.split('>');
  return rest.length === 0 || /^(keras|tf_keras)/i.test(prefix as string);
}
