import { testGradients } from '../testing/grid';
import { trigonometryGrid } from './trigonometry.grid';

testGradients(trigonometryGrid);
