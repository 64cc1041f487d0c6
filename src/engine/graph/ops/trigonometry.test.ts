import { testGradients } from '../../../../test/support/graph/grid';
import { trigonometryGrid } from './trigonometry.grid';

testGradients(trigonometryGrid);
