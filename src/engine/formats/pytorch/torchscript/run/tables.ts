/** What is known of PyTorch's operators here: which share memory, which give several results. Their sense is the business of `aten`. */

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Results may share the memory of the first argument. */
export const views =
  words(`view reshape flatten unflatten squeeze unsqueeze transpose permute t slice select chunk split
  split_with_sizes unbind expand expand_as narrow detach alias contiguous to type_as view_as swapaxes swapdims movedim diagonal
  as_strided unfold dropout feature_dropout alpha_dropout numpy_T adjoint mT mH T tensor_split hsplit vsplit reshape_as
  float cpu cuda _unsafe_view moveaxis swapaxes real broadcast_to`);

/** Without training, and where nothing has to be converted, these give their first argument itself. */
export const identities = words(
  'contiguous detach alias cpu cuda requires_grad_ lift lift_fresh resolve_conj resolve_neg pin_memory',
);
export const dropouts = words('dropout feature_dropout alpha_dropout feature_alpha_dropout');

/** Operators with a fixed number of results. */
export const resultCounts: ReadonlyMap<string, number> = new Map([
  ...[
    'topk',
    'sort',
    'std_mean',
    'var_mean',
    'max_pool1d_with_indices',
    'max_pool2d_with_indices',
    'max_pool3d_with_indices',
  ].map((op) => [op, 2] as const),
  ...[
    'adaptive_max_pool1d',
    'adaptive_max_pool2d',
    'adaptive_max_pool3d',
    'fractional_max_pool2d',
    'aminmax',
    'cummax',
    'cummin',
  ].map((op) => [op, 2] as const),
  ...['kthvalue', 'mode', 'gru', 'rnn_tanh', 'rnn_relu', '_native_multi_head_attention', 'native_dropout', 'frexp'].map(
    (op) => [op, 2] as const,
  ),
  ...['native_layer_norm', 'native_batch_norm', '_native_batch_norm_legit', '_native_batch_norm_legit_no_training'].map(
    (op) => [op, 3] as const,
  ),
  ...['native_group_norm', 'lstm'].map((op) => [op, 3] as const),
]);

/** Two results where the second argument is an axis. */
export const withAxis = words('max min median nanmedian');

/** Results are a list: of as many as the second argument or the shape says. */
export const lists =
  words(`chunk unsafe_chunk split unsafe_split split_with_sizes unsafe_split_with_sizes unbind tensor_split meshgrid
  broadcast_tensors hsplit vsplit`);

/** Make a tensor from nothing. */
export const factories = words('zeros ones full empty arange linspace eye tensor scalar_tensor as_tensor');
/** Make a tensor like another. */
export const likes = words('zeros_like ones_like full_like empty_like new_zeros new_ones new_full new_empty');

/** Number of `c10::ScalarType` by element type: how programs write element types. */
export const scalarTypes: ReadonlyMap<string, number> = new Map([
  ['uint8', 0],
  ['int8', 1],
  ['int16', 2],
  ['int32', 3],
  ['int64', 4],
  ['float16', 5],
  ['float32', 6],
  ['float64', 7],
  ['bool', 11],
  ['bfloat16', 15],
]);
