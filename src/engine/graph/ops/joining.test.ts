import { testGradients } from '../testing/grid';
import { joiningGrid } from './joining.grid';

testGradients(joiningGrid);
