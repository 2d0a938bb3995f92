#include "CBerthPlatform.h"
