"""Writes test/data/tflite/*.tflite: networks of test/data/models/tiny as TensorFlow Lite's converter makes them, and networks.json with what
its interpreter gives for the golden inputs.

    python scripts/makeTfliteNetworks.py     # needs tensorflow (or tensorflow-cpu) 2.21
"""
import json
import os

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras
import numpy as np
import tensorflow as tf

data = os.path.join(os.path.dirname(__file__), '../test/data')
kinds = [('gray_input', 'float16'), ('binary_sigmoid', 'dynamic'), ('gray_input', 'int8'), ('softmax_inside', 'uint8'), ('two_outputs', 'int8_inputs'), ('squeezenet', 'int16')]
integers = tf.lite.OpsSet.TFLITE_BUILTINS_INT8
wide = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8


def converted(network, kind, x):
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.models.load_model(f'{data}/models/tiny/{network}/model.keras', compile=False))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == 'float16':
        converter.target_spec.supported_types = [tf.float16]
    elif kind != 'dynamic':
        rng = np.random.default_rng(0)
        converter.representative_dataset = lambda: ([(x * rng.uniform(0.5, 1.2) + i * rng.normal(0, 0.05, x.shape)).astype(np.float32)] for i in range(8))
        converter.target_spec.supported_ops = [wide if kind == 'int16' else integers]
        if kind == 'uint8':
            converter.inference_input_type = converter.inference_output_type = tf.uint8
        if kind == 'int8_inputs':
            converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def main():
    told = []
    for network, kind in kinds:
        x = np.ascontiguousarray(np.load(f'{data}/golden/tiny_{network}/input.npy').transpose(0, 2, 3, 1))
        content = converted(network, kind, x)
        file = f'{network}_{kind}.tflite'
        with open(f'{data}/tflite/{file}', 'wb') as out:
            out.write(content)
        interpreter = tf.lite.Interpreter(model_content=content)
        interpreter.allocate_tensors()
        taken = interpreter.get_input_details()[0]
        scale, zero = taken['quantization']
        if taken['dtype'] is not np.float32:
            limits = np.iinfo(taken['dtype'])
            x = np.clip(np.round(x / scale + zero), limits.min, limits.max)
        interpreter.set_tensor(taken['index'], x.astype(taken['dtype']))
        interpreter.invoke()
        outputs = []
        for detail in interpreter.get_output_details():
            step, shift = detail['quantization']
            outputs.append({'name': detail['name'], 'step': float(step), 'zero': int(shift), 'data': interpreter.get_tensor(detail['index']).ravel().tolist()})
        told.append({'file': file, 'input': f'golden/tiny_{network}/input.npy', 'step': float(scale), 'zero': int(zero), 'dtype': np.dtype(taken['dtype']).name, 'outputs': outputs})
    with open(f'{data}/tflite/networks.json', 'w') as out:
        json.dump(told, out, indent=1)


main()
