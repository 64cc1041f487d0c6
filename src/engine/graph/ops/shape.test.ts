import { testGradients } from '../testing/grid';
import { shapeGrid } from './shape.grid';

testGradients(shapeGrid);
