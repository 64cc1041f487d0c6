/** The messages of TensorFlow's graphs with their fields, as far as they are read; of the others only the names matter, which are skipped. */

export type Scalar = 'text' | 'integer' | 'bool' | 'float' | 'double' | 'type';

export interface FieldType {
  readonly number: number;
  /** How its value is written, or the message that it is. */
  readonly is: Scalar | { readonly message: string };
}

type Fields = Readonly<Record<string, readonly [number: number, is: string]>>;

const scalars: ReadonlySet<string> = new Set(['text', 'integer', 'bool', 'float', 'double', 'type']);

/** tensorflow/core/framework/*.proto and tensorflow/core/protobuf/{meta_graph,saver,saved_model}.proto. */
const messages: Readonly<Record<string, Fields>> = {
  SavedModel: { saved_model_schema_version: [1, 'integer'], meta_graphs: [2, 'MetaGraphDef'] },
  MetaGraphDef: {
    meta_info_def: [1, 'MetaInfoDef'],
    graph_def: [2, 'GraphDef'],
    saver_def: [3, 'SaverDef'],
    signature_def: [5, 'SignatureEntry'],
  },
  MetaInfoDef: { tags: [4, 'text'], tensorflow_version: [5, 'text'] },
  SaverDef: { filename_tensor_name: [1, 'text'], save_tensor_name: [2, 'text'], restore_op_name: [3, 'text'] },
  SignatureEntry: { key: [1, 'text'], value: [2, 'SignatureDef'] },
  SignatureDef: { inputs: [1, 'TensorInfoEntry'], outputs: [2, 'TensorInfoEntry'], method_name: [3, 'text'] },
  TensorInfoEntry: { key: [1, 'text'], value: [2, 'TensorInfo'] },
  TensorInfo: { name: [1, 'text'], dtype: [2, 'type'], tensor_shape: [3, 'Shape'] },
  GraphDef: { node: [1, 'NodeDef'], library: [2, 'Library'] },
  Library: { function: [1, 'FunctionDef'] },
  FunctionDef: { signature: [1, 'OpDef'], node_def: [3, 'NodeDef'], ret: [4, 'TextEntry'] },
  OpDef: { name: [1, 'text'], input_arg: [2, 'ArgDef'], output_arg: [3, 'ArgDef'] },
  ArgDef: { name: [1, 'text'] },
  TextEntry: { key: [1, 'text'], value: [2, 'text'] },
  NodeDef: { name: [1, 'text'], op: [2, 'text'], input: [3, 'text'], attr: [5, 'AttrEntry'] },
  AttrEntry: { key: [1, 'text'], value: [2, 'AttrValue'] },
  AttrValue: {
    list: [1, 'ListValue'],
    s: [2, 'text'],
    i: [3, 'integer'],
    f: [4, 'float'],
    b: [5, 'bool'],
    type: [6, 'type'],
    shape: [7, 'Shape'],
    tensor: [8, 'Tensor'],
    placeholder: [9, 'text'],
    func: [10, 'NameAttrList'],
  },
  ListValue: {
    s: [2, 'text'],
    i: [3, 'integer'],
    f: [4, 'float'],
    b: [5, 'bool'],
    type: [6, 'type'],
    shape: [7, 'Shape'],
    tensor: [8, 'Tensor'],
    func: [9, 'NameAttrList'],
  },
  NameAttrList: { name: [1, 'text'] },
  Shape: { dim: [2, 'Dim'], unknown_rank: [3, 'bool'] },
  Dim: { size: [1, 'integer'], name: [2, 'text'] },
  Tensor: {
    dtype: [1, 'type'],
    tensor_shape: [2, 'Shape'],
    tensor_content: [4, 'text'],
    float_val: [5, 'float'],
    double_val: [6, 'double'],
    int_val: [7, 'integer'],
    string_val: [8, 'text'],
    int64_val: [10, 'integer'],
    bool_val: [11, 'bool'],
    half_val: [13, 'integer'],
    uint32_val: [16, 'integer'],
    uint64_val: [17, 'integer'],
  },
};

/** A field of a message by its name; undefined for one that is not read. */
export function fieldType(message: string, name: string): FieldType | undefined {
  const fields = Object.hasOwn(messages, message) ? messages[message] : undefined;
  const found = fields && Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!found) return undefined;
  const [number, is] = found;
  return { number, is: scalars.has(is) ? (is as Scalar) : { message: is } };
}

const typeNames = [
  'DT_INVALID',
  'DT_FLOAT',
  'DT_DOUBLE',
  'DT_INT32',
  'DT_UINT8',
  'DT_INT16',
  'DT_INT8',
  'DT_STRING',
  'DT_COMPLEX64',
  'DT_INT64',
  'DT_BOOL',
  'DT_QINT8',
  'DT_QUINT8',
  'DT_QINT32',
  'DT_BFLOAT16',
  'DT_QINT16',
  'DT_QUINT16',
  'DT_UINT16',
  'DT_COMPLEX128',
  'DT_HALF',
  'DT_RESOURCE',
  'DT_VARIANT',
  'DT_UINT32',
  'DT_UINT64',
];

/** The number of a DataType by its name, `DT_FLOAT` or `DT_FLOAT_REF`; 0 for one that is not known. */
export function typeNumber(name: string): number {
  const plain = name.replace(/_REF$/, '');
  const number = Math.max(typeNames.indexOf(plain), 0);
  return plain === name ? number : number + 100;
}
