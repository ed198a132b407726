"""What a robot's middleware needs and is not middleware: ROS imports this, this imports no ROS."""
