/**
 * From where on a number is worth a sentence. What healthy networks give, measured with this check: ImageNet's MobileNetV1 and the three
 * trained `shapes` networks on 21 images ("trained"), the seeded random networks of test/data/models/tiny ("untrained").
 */
export const thresholds = {
  /** Share of dead or saturated units of a feature map: at most 0.25 trained, 0.44 untrained. */
  deadNote: 0.5,
  /** So few units are left that a map made from them shows little of the network. */
  deadWarning: 0.9,
  /**
   * Least number of positions for these shares to mean anything: a vector has one position a unit, and ReLU vectors (VGG's classifier, the
   * gates of squeeze-and-excitation) are mostly 0 for any one image.
   */
  positions: 4,
  /** Norm of the input's gradient as a share of the largest on the way: at least 0.36 trained, 0.003 untrained. */
  vanishing: 1e-5,
  /** The same, upwards, against the gradient at the last layer of the trunk: at most 110 trained, 3 untrained. */
  exploding: 1e5,
  /** A step between two layers that takes this share of a fall (on a log scale) is named as its place. */
  steepShare: 0.5,
  /** 1 − p of a saturated output. float32 knows p to 6e−8, so from here on the slope p(1 − p) is known to no better than 1 %. */
  saturation: 1e-5,
  /** Entropy of the probabilities, of its largest: at most 0.66 trained (0.998 untrained). */
  uniform: 0.98,
  /** With fewer classes, even probabilities are a near tie and not a sign of a model that decides nothing. */
  uniformClasses: 3,
  /** Ratio of the two largest probabilities: the classes are as good as tied, and small changes of the image swap them. */
  tie: 0.95,
  /** Largest magnitude of a logit: at most 21 trained. Softmax of differences above 100 is 0 or 1 in float32 whatever the image is. */
  logits: 1000,
  /** Largest magnitude of an activation: at most 40 trained, some transformers reach thousands. float16 ends at 65504. */
  activation: 65504,
} as const;
