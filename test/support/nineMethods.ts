/** Ids of the nine methods, as their users type them. */
export const nineMethods: readonly string[] = [
  'gradient',
  'gradient-x-input',
  'smoothgrad',
  'guided-backprop',
  'integrated-gradients',
  'grad-cam',
  'grad-cam++',
  'layer-cam',
  'occlusion',
];
