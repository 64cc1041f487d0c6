import { testGradients } from '../../../../test/support/graph/grid';
import { shapeGrid } from './shape.grid';

testGradients(shapeGrid);
