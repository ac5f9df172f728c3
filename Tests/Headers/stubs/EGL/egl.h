typedef int EGLint;
