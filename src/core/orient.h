/*
 * orient.h
 *	  On which side of a line does a point lie?  Exactly, for all finite
 *	  doubles.
 *
 * The sign is that of the determinant
 *
 *	  (bx - ax) * (py - ay) - (by - ay) * (px - ax)
 *
 * positive when P lies to the left of the way from A to B, zero when the three
 * are in line.  Floating-point arithmetic decides where its error cannot
 * change the sign, with the bound of J. R. Shewchuk, "Adaptive Precision
 * Floating-Point Arithmetic and Fast Robust Geometric Predicates" (1997),
 * section 4.2, (3 + 16 e) e times the sum of the magnitudes, e = 2^-53, and a
 * little more for results that underflow.  What is left, points in line or
 * nearly so, is decided in integers of as many bits as it takes.
 *
 * Multiplying all x, or all y, by a positive number does not change the sign.
 */
#ifndef CIVICGRID_CORE_ORIENT_H
#define CIVICGRID_CORE_ORIENT_H

extern int orient_exact(double ax, double ay, double bx, double by, double px,
                        double py);

static inline int
orient_sign(double ax, double ay, double bx, double by, double px, double py)
{
	double left = (bx - ax) * (py - ay);
	double right = (by - ay) * (px - ax);
	double det = left - right;
	double sum = (left < 0 ? -left : left) + (right < 0 ? -right : right);
	double error = 3.3306690738754716e-16 * sum + 1e-300;

	/* not a number where the arithmetic overflowed, and then both are false */
	if (det > error)
		return 1;
	if (-det > error)
		return -1;
	return orient_exact(ax, ay, bx, by, px, py);
}

/*
 * Whether P lies on the closed segment from A to B, given that the three are
 * in line.
 */
static inline int
orient_within(double ax, double ay, double bx, double by, double px, double py)
{
	return (ax <= bx ? (ax <= px && px <= bx) : (bx <= px && px <= ax)) &&
	       (ay <= by ? (ay <= py && py <= by) : (by <= py && py <= ay));
}

#endif /* CIVICGRID_CORE_ORIENT_H */
