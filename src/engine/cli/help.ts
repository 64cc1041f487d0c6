/** @param runtimes what --runtime takes. */
export const help = (runtimes: readonly string[]): string => `Whylight: see why an image model said what it said.

  whylight explain <image>... --model <checkpoint> [options]
      --model CHECKPOINT         may be repeated, or a folder of checkpoints: each gets a row in one figure
      --methods a,b,c|all        methods to run (default: all; see whylight methods)
      --target top1|INDEX|LABEL  class to explain (default: top1; of several checkpoints, that of the first); may be repeated: a row each
      --layer NAME               target layer of the class activation maps (see whylight inspect)
      --output ANSWER            of a model with several answers for an image: 12, 3,5 (row, column), the sum over 10:20,30:40, or all
      --logits NAME              explain this value in place of the logits that are found
      --set METHOD.PARAM=VALUE   set a parameter of a method; may be repeated
      --preset METHOD=NAME       use a library's published settings; may be repeated
      --input FILE.npy           feed this float32 tensor as the model's input instead of decoding an image
      --seed N                   seed of the methods that draw noise (default: 0)
      --runtime ${runtimes.join('|')}
      --memory MB                for models and what they compute (default: half of the machine's memory)
      --out DIR                  folder for the results (default: whylight)
      --view image|model         overlays on the whole image, or on what the model saw of it (default: image)
      --scale own|shared         each map on its own scale, or the maps of a method on one (default: shared with several rows)
      --longest-side PIXELS      longest side of overlays (default: that of the image)
      --format png|jpeg          of overlays (default: png)
      --json                     print each image's result as one line of JSON

  whylight inspect <checkpoint> [--logits NAME] [--json]
  whylight inspect <checkpoint> --gradients --image <file> [options]
      health check with one image: activations and gradients of every layer, and what to make of them
      --target, --layer, --output, --logits, --input, --runtime, --memory, --json   as above
  whylight list [<folder>] [--json]
      the checkpoints below a folder: format, architecture, classes, size, date, and why one cannot be opened
  whylight methods [--json]

Results go to DIR/<image name>/: a raw map (.npy) and an overlay (.png) for each method, figure.png, result.json.
Exit codes: 0 done, 1 something failed, 2 wrong usage.
`;
